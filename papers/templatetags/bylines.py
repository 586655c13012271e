from django import template

from papers.links import author_link

register = template.Library()
register.filter("author_link", author_link)
